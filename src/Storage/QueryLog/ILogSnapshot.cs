using System.Data.Common;
using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.QueryLog;

/// <summary>
/// The query log and the outcomes as of one moment: what differs between the databases in reading them. Used by one thread.
/// </summary>
/// <remarks>
/// What both databases understand, and what is asked for once in a call, is asked for through <see cref="Connection"/>. The tables and
/// their columns have the same names in both. Methods that take many keys exist because a database on another machine answers each question
/// after a round trip.
/// </remarks>
internal interface ILogSnapshot
{
    DbConnection Connection { get; }

    /// <summary>The table of outcomes in a statement that searches it by hash; named <c>o</c>.</summary>
    string OutcomesByHash { get; }

    /// <summary>For how many segments at once it pays to ask something about their records.</summary>
    int SegmentsAtOnce { get; }

    /// <summary>The end of a condition on a column whose value must be one of an array's.</summary>
    string IsAmong(string parameter);

    /// <summary>
    /// The sequence number of the first record that is left, and of the last that was ever given to one. There is none where the first is
    /// behind the last.
    /// </summary>
    (long First, long Last) ReadBounds();

    /// <summary>The segments of a project, in the order of the log or against it.</summary>
    IEnumerable<Segment> Read(SegmentRange range);

    /// <summary>All segments that begin behind a sequence number, in the order of the log.</summary>
    IEnumerable<Segment> ReadAfter(long sequence);

    /// <summary>The segments that hold at least one of some records, in the order of the log.</summary>
    /// <param name="sequences">The sequence numbers of the records, growing.</param>
    IEnumerable<Segment> ReadHolding(IReadOnlyList<long> sequences);

    /// <summary>The first segment of a set of origins, behind a sequence number for each.</summary>
    /// <returns>The sequence number of its first record; null: there is none.</returns>
    long? FindNext(IReadOnlyList<(long Origin, long After)> origins);

    /// <summary>Finds the records that may carry query ids; what is found has to be compared with the id.</summary>
    /// <param name="hashes">The hashes of the ids (<see cref="QueryHash"/>).</param>
    /// <returns>By the sequence number of a record the indexes of the hashes that it may have.</returns>
    SortedDictionary<long, List<int>> FindCandidates(IReadOnlyList<long> hashes);

    /// <summary>Finds reports of outcomes that count.</summary>
    /// <param name="before">Only reports with a lower offset.</param>
    IReportProbe ProbeReports(string project, long before = long.MaxValue);

    /// <summary>
    /// All reports of the outcomes of queries: those that came too late to count, then the others, each in the order of their arrival.
    /// </summary>
    IReadOnlyDictionary<string, IReadOnlyList<ReportedOutcome>> ReadReports(string project, IReadOnlyCollection<string> queryIds);

    /// <summary>The values of reports by their offset; those that are gone are missing.</summary>
    IReadOnlyDictionary<long, string> ReadValues(IReadOnlyList<long> offsets);

    /// <summary>The segments that hold live answers about entities in stretches of time, of those that the index by entity knows.</summary>
    /// <param name="entities">The hash of an entity, and the stretch of time, in microseconds since 1970.</param>
    /// <param name="from">Only segments with records at this sequence number or behind it.</param>
    /// <param name="end">Only segments that begin before this sequence number.</param>
    /// <returns>Each segment once, in no order.</returns>
    IReadOnlyCollection<EntitySegment> FindSegments(
        string project, IReadOnlyList<(long Hash, long Earliest, long Latest)> entities, long from, long end);
}
