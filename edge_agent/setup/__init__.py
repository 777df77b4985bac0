"""The first configuration of an agent, from answers. Its parts, in reading order:

questions   what is asked, in the order of a nameplate, and where each value is found
answers     answers as the YAML text of each value; the rules of the configuration judge them
file_text   answers become a commented file
listening   does the DAQ at the port describe itself?
interview   asks one question after the other, and again where an answer is wrong
"""
