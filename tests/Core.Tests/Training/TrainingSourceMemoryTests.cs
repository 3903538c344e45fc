using Progeny.Core.Feeds;
using Progeny.Core.Tests.Common;
using Progeny.Core.Training;

namespace Progeny.Core.Tests.Training;

/// <summary>Runs alone, because it weighs the memory of the whole process.</summary>
[Collection(nameof(TrainingSourceMemoryTests))]
[CollectionDefinition(nameof(TrainingSourceMemoryTests), DisableParallelization = true)]
public sealed class TrainingSourceMemoryTests
{
    [Fact]
    public async Task A_million_rows_take_constant_memory()
    {
        using var folder = new TemporaryFolder();
        const int Rows = 1_000_000;
        var sizes = new List<long>();
        var rows = Enumerable.Range(0, Rows).Select(i =>
        {
            if (i is 200_000 or 999_999)
                sizes.Add(GC.GetTotalMemory(forceFullCollection: true));
            return new object?[] { (long)i, i * 0.25, -i * 0.5 };
        });

        var data = await new TrainingSource(new MemoryFeed(["t", "x", "y"], rows)).WriteAsync(
            Projects.Regression, folder.Path, from: null, to: null, folder.At("data.csv"), progress: null, default);

        data.Rows.ShouldBe(Rows);
        data.Last.ShouldBe(Ordinal.From(999_999L));
        (sizes[1] - sizes[0]).ShouldBeLessThan(1 << 20);
    }
}
