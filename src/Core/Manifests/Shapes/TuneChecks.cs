namespace Progeny.Core.Manifests.Shapes;

/// <summary>What must be true between the keys of <c>tune</c>.</summary>
internal sealed class TuneChecks(ManifestNode root, ErrorList errors)
{
    public void Run()
    {
        if (root["tune"] is not { } tune)
            return;
        if (root["pipeline"]?["model"] is not null)
            errors.Add(tune, "tune", "has no use with a finished model, which is not trained");
        foreach (var entry in tune["space"]?.Entries ?? [])
            CheckRange(entry.Value, $"tune.space.{entry.Name}");
    }

    private void CheckRange(ManifestNode range, string path)
    {
        var isRange = range["min"] is not null || range["max"] is not null;
        if (range["values"] is null == !isRange)
            errors.Add(range, path, "needs either values, or min and max");
        else if (isRange && (range["min"]?.AsNumber() is not { } min || range["max"]?.AsNumber() is not { } max))
            errors.Add(range, path, "needs both min and max");
        else if (isRange && range["min"]!.AsNumber() > range["max"]!.AsNumber())
            errors.Add(range["min"]!, $"{path}.min", "is greater than max");
        else if (isRange && range["log"] is { } log && CoreSchema.Resolve(log) is true && range["min"]!.AsNumber() <= 0)
            errors.Add(range["min"]!, $"{path}.min", "must be above 0 on the logarithmic scale");
    }
}
