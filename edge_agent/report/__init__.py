"""The report on an alarm: one page of HTML that stands by itself, for the person who has to decide.

build       from a capture to its page: report_html
capture     what the capture says of itself, and the window that decided, replayed
kept        what the agent's state folder holds beside it: alarm, trend, running hours
facts       both together: what was published, or else what the window says
page        the page, and the order of its parts
findings    the parts on what was found
background  the parts on what lies behind it
doubts      what else it could be, and why not
spectrum    the spectrum around the line as a chart
trend       the equivalent bars day by day as a chart
svg         what charts are drawn with
elements    pieces of HTML
style       how it looks, on screens and on paper
"""
