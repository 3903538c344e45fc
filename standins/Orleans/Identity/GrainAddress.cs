namespace Orleans.Runtime;

/// <summary>Where a grain is active.</summary>
public sealed record GrainAddress
{
    public GrainId GrainId { get; init; }

    public ActivationId ActivationId { get; init; }

    public SiloAddress? SiloAddress { get; init; }

    public override string ToString() => $"[{GrainId} {SiloAddress} {ActivationId}]";
}
