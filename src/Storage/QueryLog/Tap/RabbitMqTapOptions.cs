namespace Progeny.Storage.QueryLog.Tap;

/// <summary>The settings <c>Tap:RabbitMq:…</c>: where what happens to queries is published for others.</summary>
public sealed class RabbitMqTapOptions
{
    /// <summary>The broker, <c>amqp://user:password@host:5672/vhost</c> or <c>amqps://…</c>; empty: there is no tap.</summary>
    public string? Uri { get; set; }

    /// <summary>The topic exchange; it is declared where it is not there.</summary>
    public string Exchange { get; set; } = "progeny.queries";

    /// <summary>The most records that wait while the broker is slow or away; what comes beyond is dropped and counted.</summary>
    public int Buffer { get; set; } = 100_000;

    /// <summary>The seconds that a stopping node goes on sending what waits.</summary>
    public double StopSeconds { get; set; } = 5;
}
