using System.Text;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Progeny.Storage.Tests.QueryLog.Tap;

/// <summary>A message as a consumer sees it.</summary>
internal sealed record TapMessage(string? Id, string Key, bool Persistent, string? ContentType, string Body);

/// <summary>A queue bound to the tap's exchange, with its consumer.</summary>
internal sealed class TapQueue : IAsyncDisposable
{
    private readonly Channel<TapMessage> received = Channel.CreateUnbounded<TapMessage>();
    private readonly IConnection connection;

    private TapQueue(IConnection connection) => this.connection = connection;

    /// <summary>A new queue that goes with its consumer.</summary>
    public static async Task<TapQueue> BindAsync(RabbitMqBroker broker, string exchange, string key)
    {
        var queue = new TapQueue(await broker.ConnectAsync());
        var channel = await queue.connection.CreateChannelAsync();
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Topic, durable: true);
        var declared = await channel.QueueDeclareAsync();
        await channel.QueueBindAsync(declared.QueueName, exchange, key);
        await queue.ConsumeAsync(channel, declared.QueueName);
        return queue;
    }

    /// <summary>One that the broker has.</summary>
    public static async Task<TapQueue> OfAsync(RabbitMqBroker broker, string name)
    {
        var queue = new TapQueue(await broker.ConnectAsync());
        await queue.ConsumeAsync(await queue.connection.CreateChannelAsync(), name);
        return queue;
    }

    public async Task<List<TapMessage>> TakeAsync(int count)
    {
        var messages = new List<TapMessage>(count);
        await TakeUntilAsync(
            message =>
            {
                messages.Add(message);
                return messages.Count == count;
            },
            () => $"{messages.Count} messages came, not {count}");
        return messages;
    }

    /// <summary>Takes messages until one is the last, or until none comes for a minute.</summary>
    /// <param name="state">What is missing, for the error.</param>
    public async Task TakeUntilAsync(Func<TapMessage, bool> isLast, Func<string> state)
    {
        try
        {
            while (!isLast(await received.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1))))
            {
            }
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"The queue is empty: {state()}.", exception);
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task ConsumeAsync(IChannel channel, string name)
    {
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            received.Writer.TryWrite(new TapMessage(
                message.BasicProperties.IsMessageIdPresent() ? message.BasicProperties.MessageId : null,
                message.RoutingKey,
                message.BasicProperties.Persistent,
                message.BasicProperties.ContentType,
                Encoding.UTF8.GetString(message.Body.Span)));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(name, autoAck: true, consumer);
    }
}
