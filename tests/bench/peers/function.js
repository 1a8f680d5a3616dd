// A Lambda function on Node as one would write it: the client made at the start, bundled into one
// file. It asks for its first invocation as the runtime would, and that is all that is measured.
import http from 'node:http'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'

const client = new DynamoDBClient({})

const handler = async (event) => {
  await client.send(new PutItemCommand({ TableName: process.env.LAPTIME_TABLE, Item: event }))
  return { statusCode: 202 }
}

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':')
http.get({ host, port, path: '/2018-06-01/runtime/invocation/next' }, (answer) => {
  answer.on('data', (event) => handler(JSON.parse(event)))
})
