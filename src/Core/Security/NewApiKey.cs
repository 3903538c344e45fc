namespace Progeny.Core.Security;

/// <summary>A key that was just made: the only moment at which its text is known.</summary>
/// <param name="Key">What is kept of it.</param>
/// <param name="Text">What its owner sends.</param>
public sealed record NewApiKey(ApiKey Key, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"NewApiKey {Key.Id}";
}
