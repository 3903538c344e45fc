using Progeny.Abstractions.Serving;

namespace Progeny.Core.Serving.Requests;

/// <summary>
/// The finished answer to a query: the bytes of the response until it is disposed, or the reason why there are none. Disposed once.
/// </summary>
public readonly struct ServedAnswer : IDisposable
{
    private readonly ResponseBuffer? buffer;

    /// <param name="buffer">The response, which is returned when the answer is disposed.</param>
    /// <param name="rows">The number of rows that are answered.</param>
    /// <param name="jsonLength">The number of bytes of its JSON, where tensors in binary are behind it; else null.</param>
    public ServedAnswer(ResponseBuffer buffer, int rows, int? jsonLength = null) =>
        (this.buffer, Body, Rows, JsonLength) = (buffer, buffer.Written, rows, jsonLength);

    public ServedAnswer(ServingError error) => Error = error;

    public ServedAnswer(QueryResponse response) =>
        (Error, Body, Rows, JsonLength) = (response.Error, response.Body, response.Rows, response.JsonLength);

    /// <summary>Why the query was not answered; null: it was.</summary>
    public ServingError? Error { get; }

    /// <summary>The response: JSON, and tensors in binary behind it.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The number of bytes of the JSON, where tensors in binary are behind it; null: all of it is JSON.</summary>
    public int? JsonLength { get; }

    /// <summary>The number of rows that are answered.</summary>
    public int Rows { get; }

    /// <summary>The message that carries the answer to another process.</summary>
    public QueryResponse ToMessage() => new() { Error = Error, Body = Body.ToArray(), JsonLength = JsonLength, Rows = Rows };

    public void Dispose() => buffer?.Return();
}
