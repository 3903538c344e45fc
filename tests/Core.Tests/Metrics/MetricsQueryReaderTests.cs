using Progeny.Core.Metrics;

namespace Progeny.Core.Tests.Metrics;

public sealed class MetricsQueryReaderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Nothing_said_is_the_last_hour_of_the_project()
    {
        var query = Read();
        query.ShouldBe(new MetricsQuery("flights", Noon.AddHours(-1), Noon, TimeSpan.FromSeconds(10), ByGeneration: false));
    }

    [Theory]
    [InlineData("2026-11-22T10:00:00Z", "2026-11-22T11:00:00+00:00", "1m", 60)]
    [InlineData("2026-11-22T11:00:00+01:00", "2026-11-22T11:00:00.5", "30s", 30)]
    [InlineData(
        "2026-11-22T11:00:00 01:00", "2026-11-22", "1h", 3_600, "from (2026-11-22T10:00:00Z) must be before to (2026-11-22T00:00:00Z).")]
    [InlineData("2025-11-22", "2026-11-22", null, 86_400)]
    [InlineData("2026-11-20", "2026-11-22", null, 600)]
    [InlineData("2026-11-22T00:00:00Z", "2026-11-22T06:00:00Z", null, 60)]
    public void Times_and_steps_are_read(string from, string to, string? step, int seconds, string? problem = null)
    {
        var (query, found) = MetricsQueryReader.Read("flights", from, to, step, "generation", Noon);
        found.ShouldBe(problem);
        if (query is null)
            return;
        query.Step.TotalSeconds.ShouldBe(seconds);
        query.ByGeneration.ShouldBeTrue();
    }

    [Theory]
    [InlineData("from", "yesterday", "from is 'yesterday'; it must be a time such as 2026-11-22T12:00:00Z.")]
    [InlineData("from", "12:30", "from is '12:30'; it must be a time")]
    [InlineData("from", "1900-01-01", "from is '1900-01-01'; it must be a time")]
    [InlineData("to", "", "to is ''; it must be a time")]
    [InlineData("to", "1789000000", "to is '1789000000'; it must be a time")]
    [InlineData("step", "0s", "step is '0s'; it must be a multiple of 10 s, such as 10s, 5m or 1h.")]
    [InlineData("step", "15s", "step is '15s'; it must be a multiple of 10 s")]
    [InlineData("step", "100ms", "step is '100ms'; it must be a multiple of 10 s")]
    [InlineData("step", "often", "step is 'often'; it must be a multiple of 10 s")]
    [InlineData("by", "day", "by is 'day'; it must be project, generation or arm.")]
    public void What_is_wrong_is_said_with_what_would_be_right(string key, string value, string problem)
    {
        var (query, found) = MetricsQueryReader.Read(
            "flights",
            key == "from" ? value : null,
            key == "to" ? value : null,
            key == "step" ? value : null,
            key == "by" ? value : null,
            Noon);
        query.ShouldBeNull();
        found.ShouldNotBeNull().ShouldStartWith(problem);
    }

    [Fact]
    public void Windows_that_are_gone_and_too_many_points_are_refused()
    {
        Problem("2026-11-20T12:00:00Z", null, "10s").ShouldBe(
            "There are more than 5000 steps of 10s from 2026-11-20T12:00:00Z to 2026-11-22T12:00:00Z; ask for a longer step or a shorter "
                + "time.");
        Problem("2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z", "10s").ShouldBe(
            "from is 2026-11-20T12:00:00Z, but windows that add up to steps of 10s are kept for 1 d; ask for a step that is a multiple of "
                + "60 s.");
        Problem("2026-11-01T12:00:00Z", "2026-11-01T13:00:00Z", "1m")
            .ShouldContain("kept for 7 d; ask for a step that is a multiple of 3600 s");
    }

    private static MetricsQuery Read() => MetricsQueryReader.Read("flights", null, null, null, null, Noon).Query.ShouldNotBeNull();

    private static string Problem(string from, string? to, string step) =>
        MetricsQueryReader.Read("flights", from, to, step, null, Noon).Problem.ShouldNotBeNull();
}
