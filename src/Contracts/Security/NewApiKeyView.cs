namespace Progeny.Contracts.Security;

/// <summary>A key that was just made.</summary>
/// <param name="Secret">Its text, which is sent as <c>Authorization: Bearer …</c>. It is shown this once.</param>
/// <param name="Key">What is kept of it.</param>
public sealed record NewApiKeyView(string Secret, ApiKeyView Key)
{
    /// <inheritdoc/>
    public override string ToString() => $"NewApiKeyView {Key.Id}";
}
