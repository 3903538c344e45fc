using RabbitMQ.Client;

namespace Progeny.Storage.QueryLog.Tap;

/// <summary>A connection to the broker, for as long as it holds, with a channel that confirms.</summary>
internal sealed class RabbitMqChannel : IAsyncDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    // A broker that takes this long has gone without a word, or has run out of memory or disk.
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(30);

    private readonly IConnection connection;
    private readonly IChannel channel;
    private readonly string exchange;

    private RabbitMqChannel(IConnection connection, IChannel channel, string exchange)
    {
        this.connection = connection;
        this.channel = channel;
        this.exchange = exchange;
    }

    /// <summary>The broker's address, for messages.</summary>
    public string Broker => connection.Endpoint.ToString();

    public static async Task<RabbitMqChannel> OpenAsync(RabbitMqTapOptions options, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(options.Uri!),
            ClientProvidedName = "progeny",
            // The tap knows what was not confirmed and sends it again; a connection that recovers by itself would forget it.
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = ConnectTimeout,
            ContinuationTimeout = ConnectTimeout,
            RequestedHeartbeat = TimeSpan.FromSeconds(10),
        };
        var opened = await factory.CreateConnectionAsync(cancellationToken);
        try
        {
            var confirming = await opened.CreateChannelAsync(
                new CreateChannelOptions(
                    publisherConfirmationsEnabled: true,
                    publisherConfirmationTrackingEnabled: true,
                    outstandingPublisherConfirmationsRateLimiter: null),
                cancellationToken);
            await confirming.ExchangeDeclareAsync(
                options.Exchange, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellationToken);
            return new RabbitMqChannel(opened, confirming, options.Exchange);
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>Publishes messages, all at once, and returns when the broker has confirmed them; those not confirmed are left.</summary>
    public async Task PublishAsync(OutgoingRecords outgoing, CancellationToken cancellationToken)
    {
        var confirmations = new Task[outgoing.Messages.Count];
        for (var i = 0; i < confirmations.Length; i++)
        {
            var message = outgoing.Messages[i];
            var properties = new BasicProperties
            {
                MessageId = message.MessageId,
                Persistent = true,
                ContentType = "application/json",
                AppId = "progeny",
                Timestamp = new AmqpTimestamp(message.At.ToUnixTimeSeconds()),
            };
            confirmations[i] = channel.BasicPublishAsync(
                exchange, outgoing.RoutingKey, mandatory: false, properties, message.Body, cancellationToken).AsTask();
        }

        try
        {
            await Task.WhenAll(confirmations).WaitAsync(ConfirmTimeout, cancellationToken);
        }
        finally
        {
            outgoing.Keep(i => confirmations[i].IsCompletedSuccessfully);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await connection.CloseAsync(TimeSpan.FromSeconds(1));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // It is broken: there is nothing left to close.
        }

        await connection.DisposeAsync();
    }
}
