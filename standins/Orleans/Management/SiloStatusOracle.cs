namespace Orleans.Runtime;

/// <summary>Which silos there are; here: this one.</summary>
public interface ISiloStatusOracle
{
    SiloStatus CurrentStatus { get; }

    string SiloName { get; }

    SiloAddress SiloAddress { get; }

    SiloAddress[] GetActiveSilos();

    SiloStatus GetApproximateSiloStatus(SiloAddress siloAddress);

    Dictionary<SiloAddress, SiloStatus> GetApproximateSiloStatuses(bool onlyActive = false);

    bool TryGetSiloName(SiloAddress siloAddress, out string? siloName);

    bool IsDeadSilo(SiloAddress silo);

    bool IsFunctionalDirectory(SiloAddress siloAddress);
}

/// <summary>The states of a silo.</summary>
[GenerateSerializer]
public enum SiloStatus
{
    None = 0,
    Created = 1,
    Joining = 2,
    Active = 3,
    ShuttingDown = 4,
    Stopping = 5,
    Dead = 6,
}

/// <inheritdoc/>
internal sealed class SiloStatusOracle(Silo silo) : ISiloStatusOracle
{
    public SiloStatus CurrentStatus => silo.Status;

    public string SiloName => silo.Name;

    public SiloAddress SiloAddress => silo.Address;

    public SiloAddress[] GetActiveSilos() => silo.Status == SiloStatus.Active ? [silo.Address] : [];

    public SiloStatus GetApproximateSiloStatus(SiloAddress siloAddress) => siloAddress.Equals(silo.Address) ? silo.Status : SiloStatus.None;

    public Dictionary<SiloAddress, SiloStatus> GetApproximateSiloStatuses(bool onlyActive = false) =>
        onlyActive && silo.Status != SiloStatus.Active ? [] : new() { [silo.Address] = silo.Status };

    public bool TryGetSiloName(SiloAddress siloAddress, out string? siloName)
    {
        siloName = siloAddress.Equals(silo.Address) ? silo.Name : null;
        return siloName is not null;
    }

    public bool IsDeadSilo(SiloAddress silo) => GetApproximateSiloStatus(silo) is SiloStatus.Dead;

    public bool IsFunctionalDirectory(SiloAddress siloAddress) => GetApproximateSiloStatus(siloAddress) is SiloStatus.Active;
}
