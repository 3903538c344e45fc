namespace Progeny.Core.Serving.Requests;

/// <summary>An inference request is malformed; never leaves the reader.</summary>
internal sealed class InferRequestException(string message) : Exception(message);
