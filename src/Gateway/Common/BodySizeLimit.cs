using Microsoft.AspNetCore.Http.Metadata;

namespace Progeny.Gateway.Common;

/// <summary>
/// The most bytes of a body at an endpoint, in place of <see cref="Requests.MaxBytes"/>; compressed bodies are measured as they come out.
/// </summary>
internal sealed record BodySizeLimit(long Bytes) : IRequestSizeLimitMetadata
{
    /// <summary>For bodies that are read piece by piece, and never held as a whole.</summary>
    public static BodySizeLimit None { get; } = new(long.MaxValue);

    public long? MaxRequestBodySize => Bytes;
}
