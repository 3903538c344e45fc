using Progeny.Core.Apply;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Tests.Apply;

/// <summary>What the ledger of batch applies promises on every database.</summary>
public abstract class ApplyLedgerTests
{
    protected abstract IApplyLedger Ledger { get; }

    /// <summary>What another process has of it, or the same one after a restart.</summary>
    protected abstract IApplyLedger Other { get; }

    [ContractFact]
    public async Task Plan_saved_last_takes_the_place_of_the_one_before()
    {
        (await Other.FindPlanAsync("job", default)).ShouldBeNull();
        await Ledger.SavePlanAsync("job", Plan(), default);
        await Ledger.SavePlanAsync("job", Plan() with { Logging = 3, ChunkRows = 7 }, default);
        await Ledger.SavePlanAsync("other", Plan(), default);

        var found = (await Other.FindPlanAsync("job", default)).ShouldNotBeNull();
        (found.Logging, found.ChunkRows, found.Rows, found.Input).ShouldBe((3, 7, 12, "dataset:orders@7"));
        found.Columns.ShouldBe([new DatasetColumn("x", "DOUBLE")]);
    }

    [ContractFact]
    public async Task Chunk_is_added_once_and_listed_in_the_order_of_its_number()
    {
        (await Ledger.AddChunkAsync("job", new ApplyChunk { Number = 10, Rows = 3, Output = "late" }, default)).ShouldBeTrue();
        (await Ledger.AddChunkAsync("job", new ApplyChunk { Number = 2, Rows = 5, BadRows = 1, Bad = "b" }, default)).ShouldBeTrue();
        (await Other.AddChunkAsync("job", new ApplyChunk { Number = 10, Rows = 4, Output = "again" }, default)).ShouldBeFalse();
        (await Ledger.AddChunkAsync("other", new ApplyChunk { Number = 10, Rows = 9 }, default)).ShouldBeTrue();

        (await Other.ListChunksAsync("job", default)).ShouldBe(
        [
            new ApplyChunk { Number = 2, Rows = 5, BadRows = 1, Bad = "b" }, new ApplyChunk { Number = 10, Rows = 3, Output = "late" },
        ]);
    }

    private static ApplyPlan Plan() => new()
    {
        Parts = [new DatasetPart("a", 5, 100), new DatasetPart("b", 7, 100)],
        Columns = [new DatasetColumn("x", "DOUBLE")],
        Input = "dataset:orders@7",
        ChunkRows = 5,
    };
}
