using System.Runtime.CompilerServices;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Requests.Protobuf;
using Progeny.Core.Serving.Routing;

namespace Progeny.Core.Serving.Requests;

/// <summary>
/// Answers queries in the form in which clients write them: reads the request, asks the agent, writes the response. The callers in the
/// agent's process and the agent's grain use it alike.
/// </summary>
public static class QueryHandler
{
    /// <summary>Answers a query by rows.</summary>
    /// <param name="agent">The agent, which let the query in; it leaves when it has been answered.</param>
    /// <param name="query">Its body must not change until the answer is there.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<ServedAnswer> PredictAsync(OnlineAgent agent, PredictQuery query, CancellationToken cancellationToken)
    {
        IDisposable? turn = null;
        try
        {
            if (LargeQueries.IsLarge(query.Body.Length))
                turn = await agent.LargeQueries.EnterAsync(cancellationToken);
            var answer = await agent.PredictAsync(query, cancellationToken);
            return answer.Error is { } error ? new ServedAnswer(error) : PredictResponseWriter.Write(answer);
        }
        finally
        {
            turn?.Dispose();
            agent.Leave();
        }
    }

    /// <summary>Answers a query by tensors.</summary>
    /// <inheritdoc cref="PredictAsync"/>
    public static async ValueTask<ServedAnswer> InferAsync(OnlineAgent agent, EncodedInferQuery query, CancellationToken cancellationToken)
    {
        IDisposable? turn = null;
        try
        {
            if (LargeQueries.IsLarge(query.Body.Length))
                turn = await agent.LargeQueries.EnterAsync(cancellationToken);
            var isMessage = query.Encoding == InferEncoding.Protobuf;
            var (request, malformed) = isMessage
                ? InferMessageReader.Read(query.Body)
                : InferRequestReader.Read(query.Body, query.JsonLength);
            if (request is null)
                return new ServedAnswer(new ServingError(ServingErrorKind.InvalidQuery, malformed!));
            var queryId = request.Query.QueryId ?? QueryIds.NewId(DateTimeOffset.UtcNow);
            var answer = await agent.InferAsync(request.Query with { Version = query.Version, QueryId = queryId }, cancellationToken);
            if (answer.Error is { } error)
                return new ServedAnswer(error);
            return isMessage
                ? InferMessageWriter.Write(queryId, answer, request.Binary.Default)
                : InferResponseWriter.Write(queryId, answer, request.Binary);
        }
        finally
        {
            turn?.Dispose();
            agent.Leave();
        }
    }
}
