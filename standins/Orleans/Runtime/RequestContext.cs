using Orleans.Core.Internal;

namespace Orleans.Runtime;

/// <summary>Values that travel with a call and all the calls it causes. Each change makes a new set, so callers never see their callees' changes.</summary>
public static class RequestContext
{
    private const string ReentrancyKey = "#CCR";
    private static readonly AsyncLocal<Dictionary<string, object>?> Local = new();

    public static IEnumerable<string> Keys => Local.Value?.Keys ?? Enumerable.Empty<string>();

    public static IEnumerable<KeyValuePair<string, object>> Entries => Local.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

    /// <summary>The id of the call chain that may come back to the grains that allowed it; empty when none did.</summary>
    public static Guid ReentrancyId
    {
        get => ReentrancyOf(Local.Value);
        set
        {
            if (value == Guid.Empty)
                Remove(ReentrancyKey);
            else
                Set(ReentrancyKey, value);
        }
    }

    internal static Dictionary<string, object>? Current
    {
        get => Local.Value;
        set => Local.Value = value;
    }

    public static object? Get(string key) => Local.Value is { } values && values.TryGetValue(key, out var value) ? value : null;

    public static void Set(string key, object value) =>
        Local.Value = new Dictionary<string, object>(Local.Value ?? []) { [key] = value };

    public static bool Remove(string key)
    {
        if (Local.Value is not { } values || !values.ContainsKey(key))
            return false;
        var rest = new Dictionary<string, object>(values);
        rest.Remove(key);
        Local.Value = rest.Count == 0 ? null : rest;
        return true;
    }

    public static void Clear()
    {
        if (Local.Value is not null)
            Local.Value = null;
    }

    /// <summary>Until disposed: calls that the calls from here cause may come back into this activation while it waits.</summary>
    public static ReentrancySection AllowCallChainReentrancy()
    {
        var original = ReentrancyId;
        return new(original, original == Guid.Empty ? Guid.NewGuid() : original);
    }

    /// <summary>Until disposed: no calls come back into this activation, whatever callers allowed.</summary>
    public static ReentrancySection SuppressCallChainReentrancy() => new(ReentrancyId, Guid.Empty);

    internal static Guid ReentrancyOf(Dictionary<string, object>? values) =>
        values is not null && values.TryGetValue(ReentrancyKey, out var value) && value is Guid id ? id : Guid.Empty;

    /// <summary>Puts the former state back when disposed.</summary>
    public readonly struct ReentrancySection : IDisposable
    {
        private readonly Guid original;
        private readonly Guid current;

        public ReentrancySection(Guid originalReentrancyId, Guid newReentrancyId)
        {
            (original, current) = (originalReentrancyId, newReentrancyId);
            if (current != original)
                ReentrancyId = current;
            if (current != Guid.Empty)
                (RuntimeContext.Current as ICallChainReentrantGrainContext)?.OnEnterReentrantSection(current);
        }

        public void Dispose()
        {
            if (current != Guid.Empty)
                (RuntimeContext.Current as ICallChainReentrantGrainContext)?.OnExitReentrantSection(current);
            if (current != original)
                ReentrancyId = original;
        }
    }
}
