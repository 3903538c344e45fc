namespace Progeny.Cli.Alerts;

/// <summary>An alert as the server shows it.</summary>
internal sealed record AlertView(string Name, string When, string? Webhook, bool Active, AlertEpisodeView? Episode, int Undelivered, string? DeliveryError);
