using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog.Outcomes;

/// <summary>Finds the first report of a query's outcome, and the one that counts, over one reader's snapshot.</summary>
internal interface IReportProbe : IDisposable
{
    /// <summary>Makes ready for the records of segments, in place of what was made ready before.</summary>
    void Load(IReadOnlyList<Segment> segments);

    /// <summary>Makes ready for query ids, in place of what was made ready before.</summary>
    void Load(IReadOnlyCollection<string> queryIds);

    /// <summary>The offsets of the reports; null: there is none.</summary>
    (long First, long Last)? Find(string queryId);

    /// <inheritdoc cref="Find(string)"/>
    (long First, long Last)? Find(QueryBatchReader reader);

    /// <summary>The value that counts for the record that a reader stands on; null: none yet.</summary>
    string? FindValue(QueryBatchReader reader);
}
