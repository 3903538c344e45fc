using Microsoft.Extensions.Configuration;
using Orleans.Hosting;

namespace Orleans.TestingHost;

/// <summary>Builds a cluster for tests.</summary>
public class TestClusterBuilder
{
    private readonly List<Func<object>> siloConfigurators = [];
    private readonly List<Func<object>> clientConfigurators = [];
    private readonly List<Action<IConfigurationBuilder>> configuration = [];

    /// <summary>The packages start two silos here; the stand-in has one to offer.</summary>
    public TestClusterBuilder() : this(1)
    {
    }

    public TestClusterBuilder(short initialSilosCount)
    {
        Options.InitialSilosCount = initialSilosCount;
        Options.ClusterId = CreateClusterId();
        Options.ServiceId = Guid.NewGuid().ToString();
        configuration.Add(builder => builder.AddInMemoryCollection(Properties));
    }

    public TestClusterOptions Options { get; } = new();

    public Dictionary<string, string?> Properties { get; } = [];

    public static string CreateClusterId() => $"testcluster-{Guid.NewGuid():N}";

    public TestClusterBuilder AddSiloBuilderConfigurator<T>()
        where T : new()
    {
        Require<T>(typeof(ISiloConfigurator), typeof(IHostConfigurator));
        siloConfigurators.Add(static () => new T());
        return this;
    }

    public TestClusterBuilder AddClientBuilderConfigurator<T>()
        where T : new()
    {
        Require<T>(typeof(IClientBuilderConfigurator), typeof(IHostConfigurator));
        clientConfigurators.Add(static () => new T());
        return this;
    }

    public TestClusterBuilder ConfigureHostConfiguration(Action<IConfigurationBuilder> configureDelegate)
    {
        configuration.Add(configureDelegate);
        return this;
    }

    public TestCluster Build()
    {
        if (Options.InitialSilosCount != 1)
            throw new NotSupportedException($"{Options.InitialSilosCount} silos were asked for. {Cluster.Refusal}");
        return new TestCluster(Options, configuration, siloConfigurators, clientConfigurators);
    }

    private static void Require<T>(params Type[] interfaces)
    {
        if (!Array.Exists(interfaces, each => each.IsAssignableFrom(typeof(T))))
            throw new ArgumentException($"{typeof(T).FullName} is none of {string.Join(", ", interfaces.Select(each => each.Name))}.");
    }
}
