extern alias silo;

using System.Reflection;
using Progeny.Core.Apply;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Rows;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Training;
using Progeny.Core.Training.Sandbox;
using Progeny.Gateway.Security;
using Progeny.Grains.Common;
using Progeny.Grains.Hosting;
using Progeny.Grains.Metrics;
using Progeny.Grains.Releases;
using Progeny.Grains.Retraining;
using Progeny.Storage.Alerts;
using Progeny.Storage.Common;
using Progeny.Storage.Datasets;
using Progeny.Storage.Datasets.Subscriptions;
using Progeny.Storage.Feeds;
using Progeny.Storage.QueryLog.Archive;
using Progeny.Storage.QueryLog.Tap;
using Progeny.Storage.Releases;
using AuditOptions = silo::Progeny.Silo.Security.Audit.AuditOptions;
using HttpOptions = silo::Progeny.Silo.Hosting.HttpOptions;
using JwtOptions = silo::Progeny.Silo.Security.JwtOptions;
using SecurityOptions = silo::Progeny.Silo.Security.SecurityOptions;

namespace Progeny.Architecture.Tests.Deployment;

/// <summary>The settings that a node reads: the properties of its options, and keys that have none.</summary>
internal static class KnownSettings
{
    /// <summary>What stands for a name of the operator's own.</summary>
    private const string AnyName = "*";

    /// <summary>The sections of the configuration that the program reads as a whole, and the options that each fills.</summary>
    private static readonly Dictionary<string, Type> Sections = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Cluster"] = typeof(ClusterOptions),
        ["Silo"] = typeof(SiloOptions),
        ["Serving"] = typeof(ServingOptions),
        ["Metrics"] = typeof(MetricsOptions),
        ["Experiments"] = Internal(typeof(SiloOptions), "Progeny.Grains.Experiments.RolloutOptions"),
        ["OfflineAgent"] = typeof(OfflineAgentOptions),
        ["Jobs"] = typeof(JobOptions),
        ["Trainer"] = typeof(TrainerOptions),
        ["Releases"] = typeof(ReleaseOptions),
        ["Apply"] = typeof(ApplyOptions),
        ["Artifacts"] = typeof(ArtifactsOptions),
        ["Datasets"] = typeof(DatasetsOptions),
        [$"Datasets:Buckets:{AnyName}"] = typeof(BucketOptions),
        ["Datasets:Append"] = typeof(AppendOptions),
        ["Datasets:Retention"] = typeof(RetentionOptions),
        ["Security"] = typeof(SecurityOptions),
        ["Security:Jwt"] = typeof(JwtOptions),
        ["Security:OpenIdConnect"] = typeof(SignInOptions),
        ["Audit"] = typeof(AuditOptions),
        ["QueryLog:Archive"] = typeof(QueryArchiveOptions),
        ["Tap:RabbitMq"] = typeof(RabbitMqTapOptions),
        ["Http"] = typeof(HttpOptions),
        [$"Feeds:{AnyName}"] = typeof(FeedOptions),
        [$"Webhooks:{AnyName}"] = typeof(WebhookOptions),
    };

    /// <summary>Keys that are read by their name.</summary>
    private static readonly string[] Single =
    [
        "urls", "Data", "Http:AllowedHosts", "Http:CorsOrigins", "Webhooks:AllowedNetworks", "Otlp:Endpoint", "Dashboard:Enabled", $"Datasets:Folders:{AnyName}", $"Logging:LogLevel:{AnyName}",
        $"Security:Certificates:{AnyName}:Thumbprint", $"Security:Certificates:{AnyName}:Subject", $"Security:Certificates:{AnyName}:Access", $"Security:Jwt:Roles:{AnyName}",
        $"Security:OpenIdConnect:Roles:{AnyName}",
    ];

    private static readonly HashSet<string> Patterns =
    [
        .. Single.Concat(Sections.SelectMany(section => KeysOf(section.Key, section.Value))).Concat(KeysOf("Jobs", typeof(SandboxOptions)))
            .Select(key => key.ToUpperInvariant()),
    ];

    /// <summary>The names of the sections, without the part that an operator chooses.</summary>
    public static IEnumerable<string> SectionNames =>
        Sections.Keys.Select(name => name.Replace($":{AnyName}", "", StringComparison.Ordinal)).Append("Http:AllowedHosts")
            .Append("Http:CorsOrigins").Append("Datasets:Folders");

    /// <summary>Whether a node reads a key.</summary>
    public static bool Knows(string key)
    {
        var parts = key.ToUpperInvariant().Split(':');
        if (key.EndsWith("File", StringComparison.OrdinalIgnoreCase) && SecretFiles.IsSecret(key[..^"File".Length]))
            return true;
        return Patterns.Contains(string.Join(':', parts))
            || Enumerable.Range(1, parts.Length - 1)
                .Any(place => Patterns.Contains(string.Join(':', parts.Select((part, at) => at == place ? AnyName : part))));
    }

    private static IEnumerable<string> KeysOf(string section, Type options)
    {
        foreach (var property in options.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.CanWrite)
                yield return $"{section}:{property.Name}";
            else if (property.PropertyType.Namespace!.StartsWith("Progeny.", StringComparison.Ordinal))
            {
                foreach (var key in KeysOf($"{section}:{property.Name}", property.PropertyType))
                    yield return key;
            }
        }
    }

    private static Type Internal(Type neighbour, string name) => neighbour.Assembly.GetType(name, throwOnError: true)!;
}
