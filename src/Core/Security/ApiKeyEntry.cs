namespace Progeny.Core.Security;

/// <summary>A key as this process knows it.</summary>
public sealed class ApiKeyEntry
{
    private readonly byte[] _hash;
    private readonly CancellationTokenSource _ended = new();
    private volatile string? _problem;
    private volatile bool _isUsed;

    internal ApiKeyEntry(ApiKey key)
    {
        Key = key;
        _hash = Convert.FromHexString(key.Hash);
        Caller = new Caller($"key:{key.Name}", new Access(key.Access)) { KeyId = key.Id, Ended = _ended.Token };
    }

    /// <summary>Who has the key.</summary>
    public Caller Caller { get; }

    /// <summary>Why it is refused; null: it is accepted. Once refused it stays so.</summary>
    public string? Problem => _problem;

    internal ApiKey Key { get; set; }

    /// <summary>When its use was last handed to the store.</summary>
    internal DateTimeOffset UseNotedAt { get; private set; }

    /// <summary>Whether a text is this key's.</summary>
    public bool Matches(ApiKeyHasher hasher, ReadOnlySpan<char> text) => hasher.Matches(text, _hash);

    /// <summary>Notes that the key was used.</summary>
    public void Use()
    {
        // Written once a minute, not once a request: the line of the cache stays with all who read it.
        if (!_isUsed)
            _isUsed = true;
    }

    internal bool TakeUse(DateTimeOffset now, TimeSpan atMostEvery)
    {
        if (!_isUsed || now - UseNotedAt < atMostEvery)
            return false;
        _isUsed = false;
        UseNotedAt = now;
        return true;
    }

    /// <summary>Refuses the key from now on, and ends what its owner follows.</summary>
    internal void End(string problem)
    {
        if (_problem is not null)
            return;
        _problem = problem;
        _ended.Cancel();
    }
}
