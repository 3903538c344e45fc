using Progeny.Storage.Apply.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Progeny.Core.Apply;
using Progeny.Core.Releases;

namespace Progeny.Storage.Apply;

/// <summary>Registers the work of jobs of the kind apply.</summary>
internal static class ApplyServices
{
    public static IServiceCollection AddApply(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ApplyOptions>()
            .Bind(configuration.GetSection(ApplyOptions.Section))
            .Validate(
                options => options.ChunkRows is >= 1 and <= ApplyOptions.MaxChunkRows,
                $"{ApplyOptions.Section}:ChunkRows is {configuration["Apply:ChunkRows"]}; it must be from 1 to "
                    + $"{ApplyOptions.MaxChunkRows}, the rows of a chunk of a batch apply.")
            .Validate(
                options => options.Threads is >= 0 and <= 1_024,
                $"{ApplyOptions.Section}:Threads is {configuration["Apply:Threads"]}; it must be from 0 (half of the processors) to 1024.")
            .Validate(
                options => options.MaxFileBytes >= 1,
                $"{ApplyOptions.Section}:MaxFileBytes is {configuration["Apply:MaxFileBytes"]}; it must be a number of bytes of at least "
                    + "1.")
            .Validate(
                options => options.KeepTime >= TimeSpan.FromHours(1),
                $"{ApplyOptions.Section}:KeepTime is {configuration["Apply:KeepTime"]}; it must be a time of at least 01:00:00.")
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<ApplyOptions>>().Value);
        services.AddSingleton(provider => (IDataArtifactUses)provider.GetRequiredService<IApplyLedger>());
        services.AddSingleton<ApplyInput>();
        services.AddSingleton<FeedTables>();
        services.AddSingleton<ApplyOutput>();
        services.AddSingleton<IBatchApply, BatchApply>();
        return services;
    }
}
