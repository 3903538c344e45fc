using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;

namespace Progeny.Storage.Datasets.Contracts;

/// <summary>Registers contracts, their judge and the quarantine.</summary>
internal static class ContractServices
{
    public static IServiceCollection AddContracts(this IServiceCollection services) => services
        .AddSingleton<IContractStore>(provider => (DatasetCatalog)provider.GetRequiredService<IDatasetCatalog>())
        .AddSingleton<IQuarantineStore>(provider => (DatasetCatalog)provider.GetRequiredService<IDatasetCatalog>())
        .AddSingleton<ContractJudge>()
        .AddSingleton<IDatasetJudge>(provider => provider.GetRequiredService<ContractJudge>())
        .AddSingleton<ContractEditor>()
        .AddSingleton<ContractInference>()
        .AddSingleton<Quarantine>();
}
