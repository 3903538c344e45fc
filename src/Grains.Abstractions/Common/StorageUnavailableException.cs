namespace Progeny.Abstractions.Common;

/// <summary>
/// What keeps the data cannot be reached, or takes nothing now: the same call may succeed a little later. Whether a change was made may not
/// be known.
/// </summary>
[GenerateSerializer, Alias("progeny.storage-unavailable")]
public sealed class StorageUnavailableException : Exception
{
    public StorageUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
