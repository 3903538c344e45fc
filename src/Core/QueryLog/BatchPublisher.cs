using Microsoft.Extensions.Logging;
using Progeny.Abstractions.QueryLog;

namespace Progeny.Core.QueryLog;

/// <summary>Hands batches of records to the sinks. One that fails leaves the others their batches.</summary>
internal sealed partial class BatchPublisher(IEnumerable<IQueryBatchSink> sinks, ILogger logger)
{
    private readonly IQueryBatchSink[] sinks = [.. sinks];

    public void Publish(IReadOnlyList<QueryBatch> batches)
    {
        foreach (var sink in sinks)
        {
            try
            {
                foreach (var batch in batches)
                    sink.Accept(batch);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                LogSinkFailed(logger, exception, sink.GetType().Name);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Sink} failed on a batch of queries")]
    private static partial void LogSinkFailed(ILogger logger, Exception exception, string sink);
}
