using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Progeny.Core.Evaluation;
using Progeny.Core.QueryLog;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.QueryLog.Archive;

/// <summary>Registers the archive of the query log.</summary>
internal static class QueryArchiveServices
{
    /// <summary>The archive that the settings name, or one that holds nothing.</summary>
    public static IServiceCollection AddQueryArchive(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<QueryArchiveOptions>().Bind(configuration.GetSection(QueryArchiveOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<QueryArchiveOptions>, QueryArchiveOptionsValidator>());
        var options = configuration.GetSection(QueryArchiveOptions.Section).Get<QueryArchiveOptions>() ?? new QueryArchiveOptions();
        services.AddSingleton(new QueryArchiveInterval(options.Interval));
        services.AddSingleton(new RetentionScope { WaitsForArchive = options.IsOn });
        if (!string.IsNullOrWhiteSpace(options.Bucket))
            services.AddSingleton<IArchiveFiles>(
                provider => new S3Archive(provider.GetRequiredService<IOptions<QueryArchiveOptions>>().Value));
        else if (options.IsOn)
            services.AddSingleton<IArchiveFiles>(new FolderArchive(options.Folder!));
        services.AddSingleton<IQueryArchive>(provider => new QueryArchive(
            provider.GetRequiredService<QueryStore>(),
            provider.GetRequiredService<IArchiveMarkWriter>(),
            provider.GetService<IArchiveFiles>(),
            provider.GetRequiredService<DuckDbEngine>(),
            provider.GetRequiredService<IOptions<QueryArchiveOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<IMetricSets>()));
        return services.AddSingleton<IArchiveErasure>(provider => new ArchiveErasure(
            provider.GetService<IArchiveFiles>(),
            provider.GetRequiredService<IArchiveMarkWriter>(),
            provider.GetRequiredService<DuckDbEngine>()));
    }
}
