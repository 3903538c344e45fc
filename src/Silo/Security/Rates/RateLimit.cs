namespace Progeny.Silo.Security.Rates;

/// <summary>How much a caller may ask of a node. What is not set holds as it does for all callers.</summary>
public sealed class RateLimit
{
    /// <summary>Requests a second, over time; 0: any number.</summary>
    public double? RequestsPerSecond { get; set; }

    /// <summary>Requests at once, by somebody who has asked nothing for a while; without it those of one second.</summary>
    public double? Burst { get; set; }

    /// <summary>Rows of answered queries a second, over time; 0: any number.</summary>
    public double? RowsPerSecond { get; set; }
}
