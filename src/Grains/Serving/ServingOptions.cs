using System.Globalization;
using Progeny.Core.Serving;
using Progeny.Grains.Hosting;

namespace Progeny.Grains.Serving;

/// <summary>Settings of serving on this node, configuration section <c>Serving</c>.</summary>
public sealed class ServingOptions
{
    /// <summary>
    /// How many bytes of model files may be loaded at once; 0: a quarter of the memory that this process may use. Past it the models that
    /// no plan names and nobody asked for longest are unloaded. (ONNX Runtime holds about as much again as the file.)
    /// </summary>
    public long ModelMemory { get; set; }

    /// <summary>How many queries of one project may be under way at once, where its manifest does not say (<c>serving.max_queue</c>).</summary>
    public int MaxQueue { get; set; } = 1_024;

    /// <summary>The most bytes of a query's body, as it comes or decompressed.</summary>
    public int MaxBodyBytes { get; set; } = 4 << 20;

    /// <summary>The most bytes of memory that the bodies of all queries under way may hold; past it queries are refused (503).</summary>
    public long MaxBodyMemory { get; set; } = 256L << 20;

    /// <summary>How long a query's body may take to come.</summary>
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The most bytes of one text of a query, in UTF-8.</summary>
    public int MaxTextBytes { get; set; } = QueryLimits.Default.MaxTextBytes;

    /// <summary>The most values of a query: its rows times the project's fields.</summary>
    public long MaxValues { get; set; } = QueryLimits.Default.MaxValues;

    /// <summary>The most clients that may follow the queries of this node's projects (<c>queries/stream</c>).</summary>
    public int MaxTails { get; set; } = 1_000;

    /// <summary>The most clients that may follow the queries of one project.</summary>
    public int MaxTailsOfProject { get; set; } = 500;

    /// <summary>What a query may carry.</summary>
    public QueryLimits Limits => new(MaxTextBytes, MaxValues);

    /// <exception cref="SettingException">A setting has a value that it cannot have.</exception>
    public ServingOptions Check()
    {
        Check(MaxBodyBytes is >= 1_024 and <= 64 << 20, nameof(MaxBodyBytes), MaxBodyBytes, "1024 to 67108864, the most bytes of a query's body");
        Check(MaxBodyMemory >= MaxBodyBytes, nameof(MaxBodyMemory), MaxBodyMemory, $"Serving:MaxBodyBytes ({MaxBodyBytes}) or more, the bytes of memory for bodies");
        Check(BodyTimeout > TimeSpan.Zero && BodyTimeout <= TimeSpan.FromHours(1), nameof(BodyTimeout), BodyTimeout, "a time above 0 and of at most an hour, such as 00:00:30");
        Check(MaxTextBytes is >= 1 and <= 64 << 20, nameof(MaxTextBytes), MaxTextBytes, "1 to 67108864, the most bytes of a text");
        Check(MaxValues >= 1, nameof(MaxValues), MaxValues, "1 or more, the rows of a query times its project's fields");
        Check(MaxTails >= 1, nameof(MaxTails), MaxTails, "1 or more, the clients that may follow queries");
        Check(MaxTailsOfProject >= 1, nameof(MaxTailsOfProject), MaxTailsOfProject, "1 or more, the clients that may follow the queries of one project");
        return this;
    }

    private static void Check(bool isRight, string key, object value, string right)
    {
        if (!isRight)
            throw new SettingException($"Serving:{key} is {Convert.ToString(value, CultureInfo.InvariantCulture)}; it must be {right}.");
    }
}
