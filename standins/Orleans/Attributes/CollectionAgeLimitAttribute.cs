using System.Globalization;

namespace Orleans;

/// <summary>How long an activation of this class stays without being used.</summary>
[AttributeUsage(AttributeTargets.Class)]
public class CollectionAgeLimitAttribute : Attribute
{
    public static readonly TimeSpan MinAgeLimit = TimeSpan.FromSeconds(1);
    private readonly TimeSpan? period;

    public CollectionAgeLimitAttribute()
    {
    }

    public CollectionAgeLimitAttribute(string inactivityPeriod) => period = TimeSpan.Parse(inactivityPeriod, CultureInfo.InvariantCulture);

    public double Days { private get; set; }

    public double Hours { private get; set; }

    public double Minutes { private get; set; }

    /// <summary>The activation is never collected.</summary>
    public bool AlwaysActive { get; set; }

    public TimeSpan AgeLimit
    {
        get
        {
            if (AlwaysActive)
                return Timeout.InfiniteTimeSpan;
            var limit = period ?? (TimeSpan.FromDays(Days) + TimeSpan.FromHours(Hours) + TimeSpan.FromMinutes(Minutes));
            return limit > TimeSpan.Zero && limit < MinAgeLimit ? MinAgeLimit : limit;
        }
    }
}
