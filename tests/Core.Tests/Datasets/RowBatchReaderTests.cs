using System.Text;
using Progeny.Core.Datasets.Rows;

namespace Progeny.Core.Tests.Datasets;

public sealed class RowBatchReaderTests
{
    [Theory]
    [InlineData("1", ValueKinds.Whole)]
    [InlineData("-9007199254740992", ValueKinds.Whole)]
    [InlineData("9007199254740993", ValueKinds.Large)]
    [InlineData("9223372036854775808", ValueKinds.Wide)]
    [InlineData("1.50", ValueKinds.Number)]
    [InlineData("1e400", ValueKinds.Wide)]
    [InlineData("1e-400", ValueKinds.Wide)]
    [InlineData("0.0000", ValueKinds.Number)]
    [InlineData("0.30000000000000004", ValueKinds.Number)]
    [InlineData("0.123456789012345678", ValueKinds.Wide)]
    [InlineData("\"007\"", ValueKinds.Text)]
    [InlineData("true", ValueKinds.Boolean)]
    [InlineData("null", ValueKinds.None)]
    [InlineData("[1]", ValueKinds.Nested)]
    public void Value_is_of_its_kind(string value, ValueKinds kind) =>
        Read($$"""{"a": {{value}}}""").Columns.ShouldBe([new("a", kind)]);

    [Fact]
    public void Column_has_the_kinds_of_all_its_values_and_its_first_spelling()
    {
        var batch = Read("\uFEFF{\"Name\": 1}\r\n   \n{\"x\": null, \"name\": \"a\"}");
        batch.Columns.ShouldBe([new("Name", ValueKinds.Whole | ValueKinds.Text), new("x", ValueKinds.None)]);
        batch.Lines.Count.ShouldBe(2);
        (batch.LineOf(0), batch.LineOf(1)).ShouldBe((1, 3));
    }

    [Theory]
    [InlineData("7", "object of JSON")]
    [InlineData("[1]", "object of JSON")]
    [InlineData("{\"a\": 1", "no object of JSON")]
    [InlineData("{\"a\": 1} {\"a\": 2}", "no object of JSON")]
    [InlineData("{\"a\": NaN}", "no object of JSON")]
    [InlineData("{}", "no columns")]
    [InlineData("{\"a\": 1, \"A\": 2}", "comes twice")]
    [InlineData("{\"\": 1}", "name of a column")]
    [InlineData("{\"a\": \"\\ud800\"}", "no valid Unicode")]
    [InlineData("{\"a\": \"\u0001\"}", "no object of JSON")]
    public void Line_that_is_no_row_is_refused_with_its_number(string line, string problem)
    {
        var refused = Should.Throw<RowLineException>(() => Read("{\"a\": 1}\n" + line + "\n{\"a\": 2}"));
        refused.Line.ShouldBe(2);
        refused.Message.ShouldContain(problem);
    }

    [Fact]
    public void Line_that_is_no_text_or_nested_too_deep_is_refused()
    {
        byte[] noText = [(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}'];
        Should.Throw<RowLineException>(() => RowBatchReader.Read(noText, [])).Message.ShouldContain("UTF-8");
        Should.Throw<RowLineException>(() => Read($"{{\"a\": {new string('[', 10_000)}{new string(']', 10_000)}}}")).Line.ShouldBe(1);
    }

    [Fact]
    public void Rows_are_the_same_however_they_are_written()
    {
        var rows = Read(
            """
            {"id": 1, "a": "\u0041", "n": 1.0, "o": {"x": [1, 2]}, "z": null}
            {"o":{"x":[1,2]},"N":1e0,"A":"A","ID":1}
            {"id": 1, "a": "A", "n": "1", "o": {"x": [1, 2]}}
            {"id": "1", "a": "A", "n": 1, "o": {"x": [1, 2]}}
            """,
            "id").Identities;
        rows[1].ShouldBe(rows[0]);
        (rows[2].Key1, rows[2].Key2).ShouldBe((rows[0].Key1, rows[0].Key2));
        rows[2].Contents1.ShouldNotBe(rows[0].Contents1);
        rows[3].Key1.ShouldNotBe(rows[0].Key1);
    }

    private static RowBatch Read(string text, params string[] key) => RowBatchReader.Read(Encoding.UTF8.GetBytes(text), key);
}
