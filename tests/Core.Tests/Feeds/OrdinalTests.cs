using System.Text.Json;
using Progeny.Core.Feeds;

namespace Progeny.Core.Tests.Feeds;

public sealed class OrdinalTests
{
    [Theory]
    [InlineData(5L, "5")]
    [InlineData(5.0, "5.0")]
    [InlineData(1e300, "1E+300")]
    [InlineData(0.1, "0.1")]
    [InlineData("5", "\"5\"")]
    [InlineData("2001-01-01T00:00:00Z", "\"2001-01-01T00:00:00Z\"")]
    public void Value_comes_back_from_json_as_what_it_was(object value, string json)
    {
        JsonSerializer.Serialize(Ordinal.From(value)).ShouldBe(json);
        JsonSerializer.Deserialize<Ordinal>(json).Value.ShouldBe(value);
    }

    [Fact]
    public void Text_of_a_person_is_a_number_where_it_reads_as_one()
    {
        Ordinal.Parse("-12").Value.ShouldBe(-12L);
        Ordinal.Parse("1.5").Value.ShouldBe(1.5);
        Ordinal.Parse("2001-01-01").Value.ShouldBe("2001-01-01");
        Ordinal.Parse("NaN").Value.ShouldBe("NaN");
    }

    [Fact]
    public void What_has_no_order_is_refused()
    {
        Should.Throw<FormatException>(() => Ordinal.From(null)).Message.ShouldContain("null is no ordinal");
        Should.Throw<FormatException>(() => Ordinal.From(double.NaN));
        Should.Throw<FormatException>(() => Ordinal.From(true));
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<Ordinal>("true"));
    }
}
