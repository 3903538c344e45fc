using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Rows;

namespace Progeny.Storage.Datasets.Rows;

/// <summary>Registers the work on appended rows.</summary>
internal static class RowServices
{
    public static IServiceCollection AddAppendedRows(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IAppendedRows, AppendedRows>();
        services.AddSingleton<IRowKeyIndex, RowKeyIndex>();
        services.AddSingleton<RowAppender>();
        services.AddOptions<AppendOptions>().Bind(configuration.GetSection(AppendOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AppendOptions>, AppendOptionsValidator>());
        services.AddSingleton<ISegmentMaker, SegmentMaker>();
        services.AddSingleton<IDatasetTail, DatasetTail>();
        return services;
    }
}
