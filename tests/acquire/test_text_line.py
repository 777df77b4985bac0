"""A line is read as it is written where that is certain, and refused with the reason where it is not."""

import numpy as np
import pytest
from text_streams import a_decoder, devices, phases, values, with_vibration

from edge_agent.acquire.drivers.csv_lines import CsvDecoder
from edge_agent.acquire.drivers.line_styles import show
from edge_agent.acquire.samples import Channel, ChannelKind, Device

SCANS = [[2.095, 11.324, -13.517], [-0.226, 12.603, -12.455]]


@pytest.mark.parametrize(
    "lines",
    [
        b"2.095,11.324,-13.517\n-0.226,12.603,-12.455\n",
        b"2,095;11,324;-13,517\n-0,226;12,603;-12,455\n",
        b"2,095\t11,324\t-13,517\n-0,226\t12,603\t-12,455\n",
        b"2,095 11,324 -13,517\n-0,226 12,603 -12,455\n",
        b"2,095 ; 11,324 ; -13,517\r\n-0,226 ; 12,603 ; -12,455\r\n",
        b"2.095,11.324,-13.517,\n-0.226,12.603,-12.455,\n",
        b"2.095;11.324;-13.517;\n-0.226;12.603;-12.455; \n",
        b"2,095;11,324;-13,517;\n-0,226;12,603;-12,455;\n",
        b"2.095\t11.324\t-13.517\t\n-0.226\t12.603\t-12.455\t\n",
        b"2.095,11.324,-13.517\r-0.226,12.603,-12.455\r",
        b"2.095,11.324,-13.517\n\r-0.226,12.603,-12.455\n\r",
        b"ia:2.095,ib:11.324,ic:-13.517\nia:-0.226,ib:12.603,ic:-12.455\n",
        b"ia: 2.095\tib: 11.324\tic: -13.517\nia: -0.226\tib: 12.603\tic: -12.455\n",
        b"ic=-13.517 ib=11.324 ia=2.095\nic=-12.455 ib=12.603 ia=-0.226\n",
        b"t:17,ia:2.095,ib:11.324,ic:-13.517\nt:18,ia:-0.226,ib:12.603,ic:-12.455\n",
        b"ia:2,095;ib:11,324;ic:-13,517\nia:-0,226;ib:12,603;ic:-12,455\n",
        b"IA:2.095,IB:11.324,IC:-13.517\nIA:-0.226,IB:12.603,IC:-12.455\n",
        b'"2.095","11.324","-13.517"\n"-0.226","12.603","-12.455"\n',
        b"'2.095';'11.324';'-13.517'\n'-0.226';'12.603';'-12.455'\n",
        b'"2,095";"11,324";"-13,517"\n"-0,226";"12,603";"-12,455"\n',
        b"2.095 A,11.324 A,-13.517 A\n-0.226 A,12.603 A,-12.455 A\n",
        b"2.095A\t11.324A\t-13.517A\n-0.226A\t12.603A\t-12.455A\n",
        b"2,095 A;11,324 A;-13,517 A\n-0,226 A;12,603 A;-12,455 A\n",
        b"millis,ia,ib,ic\n123,2.095,11.324,-13.517\n124,-0.226,12.603,-12.455\n",
        b"ic;ia;time;ib\n-13,517;2,095;1;11,324\n-12,455;-0,226;2;12,603\n",
        b"ia [A],ib [A],ic [A]\n2.095,11.324,-13.517\n-0.226,12.603,-12.455\n",
        b"# millis, IA, IB, IC\n123,2.095,11.324,-13.517\n124,-0.226,12.603,-12.455\n",
        b'"ia","ib","ic",\n2.095,11.324,-13.517,\n-0.226,12.603,-12.455,\n',
        b"\xef\xbb\xbfia,ib,ic\n2.095,11.324,-13.517\n-0.226,12.603,-12.455\n",
        b"ia=2.095A,ib=11.324A,ic=-13.517A\nia=-0.226A,ib=12.603A,ic=-12.455A\n",
        b"ia: 2.095 A; ib: 11.324 A; ic: -13.517 A\nia: -0.226 A; ib: 12.603 A; ic: -12.455 A\n",
        b"2.095,\t11.324,\t-13.517\n-0.226,\t12.603,\t-12.455\n",
        b"date,ia,ib,ic\n1 Jan 12:00:00.5,2.095,11.324,-13.517\n1 Jan 12:00:01,-0.226,12.603,-12.455\n",
        b"Zeit;ia;ib;ic\n1.1. 12:00,5;2,095;11,324;-13,517\n1.1. 12:01,0;-0,226;12,603;-12,455\n",
        b"2.095e0,1.1324E+1,-13.517\n-2.26e-1,12.603,-12.455\n",
        "2.095,11.324,\u221213.517\n\u22120.226,12.603,\u221212.455\n".encode(),
    ],
)
def test_lines_are_read_as_they_are_written(lines: bytes) -> None:
    found = a_decoder().push(lines)
    np.testing.assert_allclose(values(found), SCANS, atol=1e-9)
    assert len(devices(found)) == 1


def test_a_header_that_comes_first_after_opening_is_believed() -> None:
    decoder = CsvDecoder(phases(), 1000.0)
    found = decoder.push(b"millis,ib,ia,ic\r\n5,512,498,505\r\n6,513,499,506\r\n")
    assert values(found) == [[498.0, 512.0, 505.0], [499.0, 513.0, 506.0]]


def test_columns_of_the_yaml_say_which_is_which_whatever_a_header_says() -> None:
    decoder = a_decoder(columns=("clock", "ic", "ib", "ia"))
    found = decoder.push(b"clock,ia,ib,ic\n12:30:01.5,1,2,3\n12:30:01.6,4,5,6\n")
    assert values(found) == [[3.0, 2.0, 1.0], [6.0, 5.0, 4.0]]


def test_a_header_among_the_scans_after_a_reset_of_the_device_costs_no_scan() -> None:
    decoder = a_decoder()
    found = decoder.push(b"t,ia,ib,ic\n1,2,3,4\nt,ia,ib,ic\n2,5,6,7\n")
    assert values(found) == [[2.0, 3.0, 4.0], [5.0, 6.0, 7.0]]
    assert decoder.counts.lost_frames == 0


def test_words_among_the_scans_cost_their_line_and_no_column() -> None:
    decoder = a_decoder()
    found = decoder.push(b"t,ia,ib,ic\n1,2,3,4\nsensor,reset,done\nib,ia\n2,5,6,7\n")
    assert values(found) == [[2.0, 3.0, 4.0], [5.0, 6.0, 7.0]]


def test_a_line_that_is_written_otherwise_costs_at_most_itself() -> None:
    decoder = a_decoder()
    found = decoder.push(b"1,2,3\n1;2\n4,5,6\nia:7,ib:8,ic:9\nia:7,ib:8\n10,11,12\n")
    assert values(found) == [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]]
    assert len(devices(found)) == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"123,512,498,505", "4 columns, 3 channels: '123,512,498,505'"),
        (b"512,498", "2 columns, 3 channels"),
        (b"512", "1 column, 3 channels"),
        (b"1,095,1,324,-3,517", "6 columns, 3 channels"),
        (b'{"ia":1,"ib":2,"ic":3}', "JSON"),
        (b"[1,2,3]", "JSON"),
        (b"0x1F,0x2A,0x30", "hexadecimal"),
        (b"1F,2A,30", "hexadecimal"),
        (b"1F 2A 3C", "hexadecimal"),
        (b"1|2|3", "1 column, 3 channels"),
        (b"(1,2,3)", "is not a number"),
        (b"$ADC,512,498,505*5A", "4 columns, 3 channels"),
        (b"1.5,2.5,3.5\x00", "is not a number"),
        (b",512,498,505", "4 columns, 3 channels"),
        (b"512,498,505,,", "5 columns, 3 channels"),
        (b"ia:2.1mA,ib:1.1mA,ic:3mA", "comes in 'mA'"),
        (b"1.234,56;2;3", "is not a number"),
        (b'"1,234","2","3"', "columns, 3 channels"),
        (b"2095 mA,1132 mA,-1351 mA", "comes in 'mA', but its channel is in A"),
        (b"2.1 V,1.1 V,-1.3 V", "comes in 'V', but its channel is in A"),
        (b"I1:2.1,I2:1.1,I3:3", "the labels I1, I2, I3 do not name ia, ib, ic"),
        (b"ia:2.1,ib:1.1", "do not name ic"),
        (b"a:1,ia:2,ia:3", "do not name"),
        (b"12:30:01,1,2,3", "4 columns, 3 channels"),
        (b"512,498,0x1FF", "'0x1FF' is hexadecimal"),
        (b"1.5D+01,2.5D+00,3.5D+00", "'1.5D+01' is not a number"),
        (b"ADC,512,498", "'ADC' is not a number"),
    ],
)
def test_what_is_not_certain_is_refused_in_words(line: bytes, said: str) -> None:
    decoder = a_decoder()
    assert values(decoder.push(3 * (line + b"\n"))) == []
    assert said in str(decoder.refused_line)
    assert show(line) in str(decoder.refused_line)


@pytest.mark.parametrize(
    ("line", "advised"),
    [
        (b"1|2|3", "one scan a line, as decimal numbers with comma"),
        (b"1.5/2.5/3.5", "one scan a line, as decimal numbers with comma"),
        (b"(1,2,3)", "one scan a line, as decimal numbers with comma"),
        (b">1,2,3", "one scan a line, as decimal numbers with comma"),
        (b"0x1F,0x2A,0x30", "one scan a line, as decimal numbers with comma"),
        (b"1,095,1,324,-3,517", "if these are decimal commas"),
        (b"512", "channels must hold one entry for each column"),
    ],
)
def test_what_to_do_about_a_refused_line_is_said(line: bytes, advised: str) -> None:
    decoder = a_decoder()
    decoder.push(3 * (line + b"\n"))
    assert advised in decoder.advice


def test_labels_between_blanks_are_not_called_decimal_commas() -> None:
    decoder = a_decoder()
    decoder.push(b"ia 2.1 ib 1.1 ic 3.2\n")
    assert "6 columns, 3 channels" in str(decoder.refused_line)
    assert "comma" not in decoder.advice


@pytest.mark.parametrize(
    "word", ["no data", "+OVER", "err:3", "sensor fault", "Overrange", "disconnected", "<low", "ERROR 17"]
)
def test_a_sensor_that_says_in_words_why_it_gives_no_value_costs_its_channel_alone(word: str) -> None:
    (block,) = (
        item
        for item in a_decoder(with_vibration()).push(f"1,2,3,{word}\n4,5,6,{word}\n".encode())
        if not isinstance(item, Device)
    )
    assert block.invalid is not None
    assert block.invalid.tolist() == [[False, False, False, True]] * 2
    assert block.counts[:, :3].tolist() == [[1, 2, 3], [4, 5, 6]]


def test_amperes_of_a_channel_in_counts_are_refused() -> None:
    decoder = a_decoder(phases(scale=0.00582, offset=512))
    assert values(decoder.push(b"2.1 A,1.1 A,-1.3 A\n")) == []
    assert "set scale: 1 and offset: 0" in str(decoder.refused_line)


def test_a_time_stamp_without_a_name_is_told_what_to_write() -> None:
    decoder = a_decoder()
    decoder.push(b"123,512,498,505\n")
    assert "acquisition.columns" in decoder.advice
    assert "[time, ia, ib, ic]" in decoder.advice


@pytest.mark.parametrize("columns", [("time", "ia", "ib", "ic"), ()])
def test_lines_with_fewer_columns_than_have_names_are_told_so(columns: tuple[str, ...]) -> None:
    decoder = a_decoder(columns=columns)
    decoder.push(b"" if columns else b"time,ia,ib,ic\n")
    assert values(decoder.push(b"1,2,3\n")) == []
    assert "3 columns, 4 have names: '1,2,3'" in str(decoder.refused_line)
    assert ("acquisition.columns" if columns else "the header names 4 columns") in decoder.advice


def test_a_header_with_other_names_is_told_what_to_write() -> None:
    decoder = a_decoder()
    decoder.push(b"t,I1,I2,I3\n123,512,498,505\n")
    assert decoder.refused_line == "4 columns, 3 channels: '123,512,498,505'"
    assert "the header names t, I1, I2, I3, but no ia, ib, ic" in decoder.advice
    assert "[time, ia, ib, ic]" in decoder.advice


def test_a_header_that_contradicts_the_order_of_the_channels_is_not_passed_over() -> None:
    decoder = a_decoder()
    assert values(decoder.push(b"ib,ia,x\n1,2,3\n4,5,6\n")) == []
    assert "names ib, ia, x, but no ic" in str(decoder.refused_line)


def test_a_channel_that_two_columns_name_is_not_guessed() -> None:
    decoder = a_decoder()
    assert values(decoder.push(b"ia,ia,ib,ic\n1,2,3,4\n")) == []
    assert "4 columns, 3 channels" in str(decoder.refused_line)


def test_the_reason_of_most_lines_is_told_and_not_that_of_the_greeting() -> None:
    decoder = a_decoder()
    decoder.push(b"boot 17 of 3 at 0x40\n" + 50 * b"1,2,3,4\n")
    assert "'1,2,3,4'" in str(decoder.refused_line)


def test_a_first_bad_line_is_shown_escaped_and_cut() -> None:
    assert show(b"\x00\xff\x1b[2Jabc") == r"'\x00\xff\x1b[2Jabc'"
    assert len(show(b"7," * 5000)) < 70


def test_an_indexed_device_may_name_other_columns_too() -> None:
    channels = (Channel("ia", ChannelKind.CURRENT, "A", 1.0),)
    described = b'#{"name":"d","index":true,"streams":[{"stream":0,"rate_hz":2000,"channels":[%s]}]}\n'
    decoder = CsvDecoder(channels, columns=("n", "temperature", "ia"))
    found = decoder.push(described % b'{"name":"ia","unit":"A","scale":1}' + b"7,21.5,1\n8,21.5,2\n")
    assert values(found) == [[1.0], [2.0]]


def test_the_vibration_beside_may_have_another_unit() -> None:
    decoder = a_decoder(with_vibration())
    found = decoder.push(b"1.5 A,2.5 A,-4.0 A,0.25 m/s2\n")
    assert values(found) == [pytest.approx([1.5, 2.5, -4.0, 0.25])]
