"""The HTTP server: what Prometheus scrapes, and whether the agent is well. Its parts, in reading order:

sink       the sink that is the server: it keeps the newest documents, and serves them
newest     the newest documents and pulse, and when samples and verdicts came last
readiness  is the agent alive, and does it see its motor?
metrics    everything that Prometheus scrapes, as one page
of_motor   metrics of the motor
of_agent   metrics of the agent itself
app        the paths, and what each answers
guard      checks the token of each request; an error costs one answer, never the server
server     listens, in a thread of its own
protocol   bounds on connections: their number, and their time

Starlette, uvicorn and prometheus_client come with the extra `web`; nothing here is imported before the
configuration has a section `http`, except `sink`.
"""
