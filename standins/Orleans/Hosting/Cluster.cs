using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Hosting
{
    /// <summary>What the stand-in refuses.</summary>
    internal static class Cluster
    {
        public const string Refusal =
            "The stand-in for Orleans is one process and forms no cluster. Restore the packages Microsoft.Orleans.Server, Microsoft.Orleans.Client, "
            + "Microsoft.Orleans.Clustering.AdoNet, Microsoft.Orleans.Persistence.AdoNet and Microsoft.Orleans.Reminders.AdoNet 10.4.2 "
            + "and build with -p:Engine=packages, or configure the node without a cluster.";

        public static void Refuse(IServiceCollection services, string setting) =>
            services.AddSingleton<IConfigurationValidator>(new RefusingValidator(setting));

        private sealed class RefusingValidator(string setting) : IConfigurationValidator
        {
            public void ValidateConfiguration() => throw new OrleansConfigurationException($"{setting} is configured. {Refusal}");
        }
    }

    /// <summary>Clusters over a database: refused at start.</summary>
    public static class AdoNetHostingExtensions
    {
        public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder, Action<AdoNetClusteringSiloOptions> configureOptions)
        {
            builder.Services.Configure(configureOptions);
            Cluster.Refuse(builder.Services, nameof(UseAdoNetClustering));
            return builder;
        }

        public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder, Action<OptionsBuilder<AdoNetClusteringSiloOptions>> configureOptions)
        {
            configureOptions(builder.Services.AddOptions<AdoNetClusteringSiloOptions>());
            Cluster.Refuse(builder.Services, nameof(UseAdoNetClustering));
            return builder;
        }

        public static IClientBuilder UseAdoNetClustering(this IClientBuilder builder, Action<AdoNetClusteringClientOptions> configureOptions)
        {
            builder.Services.Configure(configureOptions);
            Cluster.Refuse(builder.Services, nameof(UseAdoNetClustering));
            return builder;
        }

        public static IClientBuilder UseAdoNetClustering(this IClientBuilder builder, Action<OptionsBuilder<AdoNetClusteringClientOptions>> configureOptions)
        {
            configureOptions(builder.Services.AddOptions<AdoNetClusteringClientOptions>());
            Cluster.Refuse(builder.Services, nameof(UseAdoNetClustering));
            return builder;
        }
    }
}

namespace Orleans.Configuration
{
    /// <summary>A database, by provider and address.</summary>
    public class AdoNetClusteringSiloOptions
    {
        public string? ConnectionString { get; set; }

        public string Invariant { get; set; } = "";
    }

    /// <inheritdoc cref="AdoNetClusteringSiloOptions"/>
    public class AdoNetClusteringClientOptions
    {
        public string? ConnectionString { get; set; }

        public string Invariant { get; set; } = "";
    }

    /// <inheritdoc cref="AdoNetClusteringSiloOptions"/>
    public class AdoNetReminderTableOptions
    {
        public string? ConnectionString { get; set; }

        public string Invariant { get; set; } = "";
    }
}
