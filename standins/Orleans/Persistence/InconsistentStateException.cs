namespace Orleans.Storage;

/// <summary>Somebody else wrote the state since it was read. The runtime deactivates the grain that let this escape.</summary>
[GenerateSerializer]
public class InconsistentStateException : OrleansException
{
    public InconsistentStateException()
    {
    }

    public InconsistentStateException(string message) : base(message)
    {
    }

    public InconsistentStateException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag, Exception? storageException) : base(errorMsg, storageException) =>
        (StoredEtag, CurrentEtag) = (storedEtag, currentEtag);

    public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag) : this(errorMsg, storedEtag, currentEtag, null)
    {
    }

    /// <summary>The tag in the storage, where it is known.</summary>
    [Id(1)]
    public string? StoredEtag { get; }

    /// <summary>The tag that the grain had.</summary>
    [Id(2)]
    public string? CurrentEtag { get; }

    internal bool IsSourceActivation { get; set; } = true;

    public override string ToString() => $"{base.ToString()} Stored tag: {StoredEtag ?? "unknown"}, own tag: {CurrentEtag ?? "none"}.";
}
