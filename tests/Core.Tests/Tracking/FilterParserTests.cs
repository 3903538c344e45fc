using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Search;

namespace Progeny.Core.Tests.Tracking;

public sealed class FilterParserTests
{
    [Fact]
    public void Comparisons_joined_by_and_become_one_group()
    {
        var filter = FilterParser.Parse(
            SearchEntity.Runs, "metrics.m > 0.5 and params.p = '1' AND tags.`mlflow.source.name` LIKE \"a%\" and attributes.status='FINISHED'");

        var group = filter.ShouldBeOfType<FilterGroup>();
        group.IsAnd.ShouldBeTrue();
        var comparisons = group.Nodes.Cast<FilterComparison>().ToList();
        comparisons.Select(each => (each.Field.Kind, each.Field.Key, each.Operator)).ShouldBe(
        [
            (FieldKind.Metric, "m", FilterOperator.Greater), (FieldKind.Param, "p", FilterOperator.Equal),
            (FieldKind.Tag, "mlflow.source.name", FilterOperator.Like), (FieldKind.Attribute, "status", FilterOperator.Equal),
        ]);
        comparisons[0].Number.ShouldBe(0.5);
        comparisons.Skip(1).Select(each => each.Text).ShouldBe(["1", "a%", "FINISHED"]);
    }

    [Fact]
    public void And_binds_closer_than_or_and_parentheses_closer_than_both()
    {
        Text("name = 'a' OR name = 'b' AND NOT name = 'c'").ShouldBe("(a | (b & !c))");
        Text("(name = 'a' OR name = 'b') AND NOT (name = 'c' or NOT name = 'd')").ShouldBe("((a | b) & !(c | !d))");
    }

    [Theory]
    [InlineData("tags.x IS NULL", FilterOperator.IsNull)]
    [InlineData("tags.x is not null", FilterOperator.IsNotNull)]
    [InlineData("run_id IN ('a', 'b')", FilterOperator.In)]
    [InlineData("run_id NOT IN ('a')", FilterOperator.NotIn)]
    [InlineData("params.\"a b\" ilike 'x'", FilterOperator.ILike)]
    [InlineData("created >= 1795889024959", FilterOperator.GreaterOrEqual)]
    [InlineData("metrics.`a/b` <= -1.5e-3", FilterOperator.LessOrEqual)]
    [InlineData("metrics.a.b != .5", FilterOperator.NotEqual)]
    [InlineData("dataset.digest = 'x'", FilterOperator.Equal)]
    public void Comparison_is_read(string filter, FilterOperator expected) =>
        FilterParser.Parse(SearchEntity.Runs, filter).ShouldBeOfType<FilterComparison>().Operator.ShouldBe(expected);

    [Theory]
    [InlineData("metrics.m > 'a'")]
    [InlineData("metrics.m LIKE 'a'")]
    [InlineData("params.p = 1")]
    [InlineData("params.p > '1'")]
    [InlineData("foo.p = '1'")]
    [InlineData("attributes.nothing = '1'")]
    [InlineData("dataset.schema = '1'")]
    [InlineData("tags.t = 'a' tags.u = 'b'")]
    [InlineData("tags.t = 'a")]
    [InlineData("tags.t = 'a' AND")]
    [InlineData("(tags.t = 'a'")]
    [InlineData("tags.t IN ()")]
    [InlineData("tags.t IS 'a'")]
    [InlineData("tags.t ~ 'a'")]
    [InlineData("= 'a'")]
    public void Filter_that_is_wrong_is_refused(string filter) =>
        Should.Throw<TrackingException>(() => FilterParser.Parse(SearchEntity.Runs, filter)).Error
        .ShouldBe(TrackingError.InvalidParameterValue);

    [Fact]
    public void Filter_that_is_too_deep_or_too_long_is_refused()
    {
        Refused(new string('(', 60) + "name = 'a'" + new string(')', 60));
        Refused(string.Concat(Enumerable.Repeat("NOT ", 60)) + "name = 'a'");
        Refused(string.Join(" AND ", Enumerable.Repeat("name = 'a'", 201)));
        Refused($"name = '{new string('a', FilterParser.MaxLength)}'");

        static void Refused(string filter) => Should.Throw<TrackingException>(() => FilterParser.Parse(SearchEntity.Experiments, filter));
    }

    [Fact]
    public void Any_text_is_read_or_refused()
    {
        string[] parts = ["metrics", ".", "m", " ", "'", "\"", "`", "(", ")", "AND", "NOT", "IS", "NULL", "=", "!=", "<", "1", "-", "e5", ",", "IN", "é", "\0"];
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)]));
            try
            {
                _ = FilterParser.Parse(SearchEntity.Runs, text);
                _ = FilterParser.ParseOrder(SearchEntity.Runs, text);
            }
            catch (TrackingException)
            {
                // refused
            }
        }
    }

    [Theory]
    [InlineData("metrics.m DESC", FieldKind.Metric, "m", true)]
    [InlineData("attribute.start_time asc", FieldKind.Attribute, "start_time", false)]
    [InlineData("`Run Name`", FieldKind.Attribute, "run_name", false)]
    [InlineData("params.`a b` desc", FieldKind.Param, "a b", true)]
    public void Order_is_read(string term, FieldKind kind, string key, bool isDescending)
    {
        var order = FilterParser.ParseOrder(SearchEntity.Runs, term);
        (order.Field.Kind, order.Field.Key, order.IsDescending).ShouldBe((kind, key, isDescending));
    }

    [Fact]
    public void Page_token_that_was_not_written_here_is_refused()
    {
        PageToken.Read(PageToken.Write(42)).ShouldBe(42);
        PageToken.Read("").ShouldBe(0);
        foreach (var token in new[] { "42", "b2Zmc2V0Oi0x", "%%%", "b2Zmc2V0Og==" })
            Should.Throw<TrackingException>(() => PageToken.Read(token));
    }

    private static string Text(string filter) => Text(FilterParser.Parse(SearchEntity.Experiments, filter)!);

    private static string Text(FilterNode node) => node switch
    {
        FilterGroup group => $"({string.Join(group.IsAnd ? " & " : " | ", group.Nodes.Select(Text))})",
        FilterNot not => $"!{Text(not.Node)}",
        FilterComparison comparison => comparison.Text,
        _ => "?",
    };
}
