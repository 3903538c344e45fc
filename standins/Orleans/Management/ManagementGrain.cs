
namespace Orleans.Runtime;

/// <inheritdoc cref="IManagementGrain"/>
[StatelessWorker]
internal sealed class ManagementGrain : Grain, IManagementGrain
{
    private readonly Silo silo;

    public ManagementGrain(Silo silo) => this.silo = silo;

    public Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false) =>
        Task.FromResult(new Dictionary<SiloAddress, SiloStatus> { [silo.Address] = silo.Status });

    public Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics() => Task.FromResult(silo.Catalog.Activations
        .GroupBy(NameOf)
        .Select(type => new SimpleGrainStatistic { GrainType = type.Key, SiloAddress = silo.Address, ActivationCount = type.Count() })
        .ToArray());

    public Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics(SiloAddress[] hostsIds) =>
        hostsIds.Contains(silo.Address) ? GetSimpleGrainStatistics() : Task.FromResult<SimpleGrainStatistic[]>([]);

    public Task<DetailedGrainStatistic[]> GetDetailedGrainStatistics(string[]? types = null, SiloAddress[]? hostsIds = null) =>
        Task.FromResult(silo.Catalog.Activations
            .Where(each => types is null || types.Contains(NameOf(each)))
            .Select(each => new DetailedGrainStatistic { GrainType = NameOf(each), SiloAddress = silo.Address, GrainId = each.GrainId })
            .ToArray());

    public Task<int> GetGrainActivationCount(GrainReference grainReference) =>
        Task.FromResult(silo.Catalog.Activations.Count(each => each.GrainId == grainReference.GrainId));

    public Task<int> GetTotalActivationCount() => Task.FromResult(silo.Catalog.Activations.Count());

    public ValueTask<SiloAddress?> GetActivationAddress(IAddressable reference) =>
        ValueTask.FromResult(silo.Catalog.Find(reference.GetGrainId()) is null ? null : silo.Address);

    public ValueTask<List<GrainId>> GetActiveGrains(GrainType type) =>
        ValueTask.FromResult(silo.Catalog.Activations.Select(each => each.GrainId).Where(each => each.Type == type).Distinct().ToList());

    public Task ForceActivationCollection(TimeSpan ageLimit) => silo.CollectAsync(ageLimit, CancellationToken.None);

    public Task ForceActivationCollection(SiloAddress[] hostsIds, TimeSpan ageLimit) =>
        hostsIds.Contains(silo.Address) ? ForceActivationCollection(ageLimit) : Task.CompletedTask;

    public Task ForceGarbageCollection(SiloAddress[] hostsIds)
    {
        GC.Collect();
        return Task.CompletedTask;
    }

    private static string NameOf(Activation activation) => $"{activation.Class.Type.FullName},{activation.Class.Type.Assembly.GetName().Name}";
}
