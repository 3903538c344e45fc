using Progeny.Abstractions.QueryLog;
using Progeny.Abstractions.Releases;

namespace Progeny.Storage.QueryLog.Sqlite.Journal;

/// <summary>What a batch in the journal has beside its records.</summary>
internal sealed record JournalOrigin(string Project, GenerationReference Generation, TimeSpan Retention, QueryLayout Layout)
{
    /// <summary>The origin of a batch.</summary>
    public static JournalOrigin Of(QueryBatch batch) => new(batch.Project, batch.Generation, batch.Retention, batch.Layout);

    /// <summary>A batch of this origin.</summary>
    public QueryBatch ToBatch(int count, ReadOnlyMemory<byte> data) =>
        new() { Project = Project, Generation = Generation, Layout = Layout, Count = count, Data = data, Retention = Retention };
}
