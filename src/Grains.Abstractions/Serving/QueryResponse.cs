namespace Progeny.Abstractions.Serving;

/// <summary>The answer to a query as the client gets it, or the reason why there is none.</summary>
[GenerateSerializer, Immutable, Alias("progeny.query-response")]
public sealed record QueryResponse
{
    /// <summary>Set where the query was not answered; the other members are then at their defaults.</summary>
    [Id(0)] public ServingError? Error { get; init; }

    /// <summary>
    /// The response in the encoding of the request: JSON (UTF-8) and behind it outputs in binary, or a message of the gRPC service.
    /// </summary>
    [Id(1)] public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The number of bytes of the JSON, where outputs in binary are behind it; null: all of the body is JSON.</summary>
    [Id(2)] public int? JsonLength { get; init; }

    /// <summary>The number of rows that are answered.</summary>
    [Id(3)] public int Rows { get; init; }
}
