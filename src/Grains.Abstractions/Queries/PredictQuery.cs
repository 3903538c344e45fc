namespace Progeny.Abstractions.Queries;

/// <summary>A request for predictions by rows, as the client wrote it.</summary>
[GenerateSerializer, Immutable, Alias("progeny.predict-query")]
public sealed record PredictQuery
{
    /// <summary>
    /// The request in JSON (UTF-8): <c>{"rows": [{field: value, …}, …], "query_id"?: text, "entity"?: text}</c>. The agent reads it
    /// straight into columns of the schema, which only it knows.
    /// </summary>
    [Id(0)] public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The version asked for, <c>release:generation</c>; null: the rollout decides.</summary>
    [Id(1)] public string? Version { get; init; }

    /// <summary>
    /// What is left of the client's deadline, for the grain of an agent: it stops waiting then by its own clock. Null: the client gave
    /// none. (In the agent's process the caller's cancellation does that.)
    /// </summary>
    [Id(2)] public TimeSpan? TimeLeft { get; init; }

    /// <summary>The span of the caller in another process (the W3C's <c>traceparent</c>); null: the caller traces nothing.</summary>
    [Id(3)] public string? TraceParent { get; init; }
}
