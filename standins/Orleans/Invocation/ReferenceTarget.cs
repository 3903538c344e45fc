namespace Orleans.Invocation;

/// <summary>What a reference refers to.</summary>
internal sealed class ReferenceTarget(GrainInterface type, GrainId id, GrainRuntime runtime)
{
    /// <summary>Who answered the last call; where it has ended, the next call looks the grain up again.</summary>
    public IRequestReceiver? Receiver;

    public GrainInterface Interface { get; } = type;

    public GrainId GrainId { get; } = id;

    public GrainRuntime Runtime { get; } = runtime;
}

/// <summary>Takes requests: an activation, a group of stateless workers or an observer.</summary>
internal interface IRequestReceiver
{
    /// <summary>False when the receiver has ended and the request must go elsewhere.</summary>
    bool TryReceive(Request request);

    /// <summary>Answers the requests whose callers have waited too long.</summary>
    void ExpireRequests(long now);
}
