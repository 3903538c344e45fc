using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Progeny.Core.Datasets.Subscriptions;

namespace Progeny.Storage.Datasets.Subscriptions;

/// <summary>Registers the work on subscriptions.</summary>
internal static class SubscriptionServices
{
    public static IServiceCollection AddSubscriptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SourceOptions>()
            .Configure(options =>
            {
                configuration.GetSection("Datasets:Folders").Bind(options.Folders);
                configuration.GetSection("Datasets:Buckets").Bind(options.Buckets);
            })
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SourceOptions>, SourceOptions.Validator>());
        return services.AddSingleton<ISubscriptionStore, SubscriptionStore>()
            .AddSingleton<IObjectSources, ObjectSources>()
            .AddSingleton<ObjectPuller>()
            .AddSingleton<QueryPuller>()
            .AddSingleton<SubscriptionRunner>();
    }
}
