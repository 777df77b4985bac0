"""The HTTP server: the page, what Prometheus scrapes, and whether all is well. Its parts, in reading order:

sink       the sink that is the server: it keeps the newest documents, and serves them
motor_view  what is held of one motor: its newest documents, its page and those who look
newest     the newest documents and pulse, and when samples and verdicts came last
readiness  is the agent alive, and does it see its motor?
metrics    everything that Prometheus scrapes, as one page
families   metrics of a motor in the forms that several of these use
of_motor   metrics of a motor
of_conditions  metrics of the conditions beside broken bars
of_baseline  metrics of what is normal for a motor, and of its trend
of_agent   metrics of the agent itself
choice     the page of an agent of several motors: a link to the page of each
page       the page: its files, what it is told, and what it asks
telling    what the page is told of, kind by kind
viewers    those who look at the page, and what waits for each of them
charts     what a window shows, for the eye: channels and spectra
months     the trend as the page draws it
history    the last changes of the state, and what became of their alarms
captured   the captures of events, to download and to draw
asks       what the page asks of the agent, and the way back of the answer
assets     the files of the page, from the folder `static`
app        the paths, and what each answers
doors      who may see and who may write: tokens, cookies, foreign pages
guard      checks the token of each request; an error costs one answer, never the server
server     listens, in a thread of its own
protocol   bounds on connections: their number, and their time

Starlette, uvicorn and prometheus_client come with the extra `web`; nothing here is imported before the
configuration has a section `http`, except `sink`.
"""
