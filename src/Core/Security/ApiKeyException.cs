namespace Progeny.Core.Security;

/// <summary>A key cannot be made, found or changed as was asked; the message says why and what would be right.</summary>
public sealed class ApiKeyException(ApiKeyError error, string message) : Exception(message)
{
    /// <summary>The kind of fault.</summary>
    public ApiKeyError Error { get; } = error;
}
