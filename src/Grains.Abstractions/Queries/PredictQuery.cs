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
}
