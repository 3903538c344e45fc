namespace Progeny.Core.Common;

/// <summary>What keeps the data cannot be reached, or takes nothing now: the same call may succeed a little later. Nothing was changed, unless the message says that this is not known.</summary>
public sealed class StorageUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
