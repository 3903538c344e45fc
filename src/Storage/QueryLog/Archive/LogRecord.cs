using Progeny.Abstractions.QueryLog;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog.Archive;

/// <summary>A record of the log as it is archived.</summary>
/// <param name="Sequence">Its place in the log.</param>
/// <param name="Row">Its place among the rows of its request.</param>
/// <param name="Rows">How many rows the request has.</param>
/// <param name="Copy">The record by itself.</param>
/// <param name="Outcomes">All reports of its outcome.</param>
internal sealed record LogRecord(
    long Sequence, int Row, int Rows, QueryBatch Copy, QueryRecord Record, IReadOnlyList<ReportedOutcome> Outcomes);
