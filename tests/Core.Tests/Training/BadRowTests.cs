using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;
using Progeny.Core.Tests.Common;
using Progeny.Core.Training;

namespace Progeny.Core.Tests.Training;

public sealed class BadRowTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rows_that_do_not_fit_are_left_out_and_listed_with_every_wrong_value()
    {
        var data = await WriteAsync(BadRowPolicy.Skip, 0.5, [Row(1.0), Row("x", hour: 99L), Row(2.0), Row(3.0)]);

        data.Rows.ShouldBe(3);
        (await File.ReadAllLinesAsync(data.File)).Skip(1).Select(line => line[..1]).ShouldBe(["1", "2", "3"]);
        var bad = data.BadRows!;
        (bad.Rows, bad.Read).ShouldBe((1, 4));
        bad.First.Select(value => (value.Row, value.Column, value.Value)).ShouldBe([(2, "distance", "'x'"), (2, "hour", "99")]);
        bad.First[1].Reason.ShouldContain("a whole number from 0 to 23 would be right");
    }

    [Fact]
    public async Task Rows_that_all_fit_leave_nothing_to_list() =>
        (await WriteAsync(BadRowPolicy.Skip, 0, [Row(1.0), Row(2.0)])).BadRows.ShouldBeNull();

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.0)]
    public async Task More_wrong_rows_than_allowed_fail_the_training_and_say_so(double share)
    {
        var refused = await Should.ThrowAsync<TrainingFailedException>(
            () => WriteAsync(BadRowPolicy.Skip, share, [Row("x"), Row(1.0), Row(2.0), Row(3.0)]));
        refused.Stage.ShouldBe(TrainingStage.Data);
        refused.Message.ShouldContain("1 of 4 rows");
        refused.Message.ShouldContain("row 1, column 'distance': 'x' is not a finite number");
    }

    [Fact]
    public async Task Source_without_one_right_row_fails_whatever_share_is_allowed() =>
        (await Should.ThrowAsync<TrainingFailedException>(() => WriteAsync(BadRowPolicy.Skip, 1, [Row("x")])))
            .Message.ShouldContain("no row fits");

    [Fact]
    public async Task First_wrong_values_are_listed_and_all_rows_counted()
    {
        var data = await WriteAsync(
            BadRowPolicy.Skip, 0.9, [.. Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? Row(1.0) : Row("x"))]);
        data.BadRows!.Rows.ShouldBe(100);
        data.BadRows.First.Length.ShouldBe(20);
    }

    private static object?[] Row(object? distance, long hour = 7) => ["2001-01-01", distance, hour, true, "AA", "x", 1L];

    private Task<TrainingData> WriteAsync(BadRowPolicy policy, double share, object?[][] rows)
    {
        var manifest = Projects.Binary with { Source = Projects.Binary.Source! with { OnBadRow = policy, MaxBadRows = share } };
        return new TrainingSource(MemoryFeed.Of(Projects.BinaryColumns, rows)).WriteAsync(
            manifest, _folder.Path, null, null, _folder.At("data.csv"), progress: null, default);
    }
}
