using Progeny.Abstractions.QueryLog;

namespace Progeny.Core.QueryLog;

/// <summary>Takes the batches of a silo's log of queries; every registered sink is given each batch once.</summary>
public interface IQueryBatchSink
{
    /// <summary>
    /// Takes a batch, on the log's background thread and off the way of queries. Must not block and must not throw: a sink that cannot
    /// keep up has a bounded queue of its own, drops and counts.
    /// </summary>
    void Accept(QueryBatch batch);
}
