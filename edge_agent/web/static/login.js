// Shows the token to the agent; the answer is a cookie that scripts cannot read.
const problem = document.getElementById("problem");

document.getElementById("login").addEventListener("submit", async (submitted) => {
  submitted.preventDefault();
  problem.textContent = "";
  const token = document.getElementById("token").value;
  try {
    const answer = await fetch("login", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token }),
    });
    if (answer.ok) location.reload();
    else problem.textContent = (await answer.json()).error;
  } catch {
    problem.textContent = "The agent does not answer.";
  }
});
